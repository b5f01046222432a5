"""Paperboy: a folder of articles, delivered to Telegram."""
