"""The bot's HTTP server: health, metrics and Telegram's webhook. Handles no update itself.

server         the listening server and its pages
connections    closes connections that send nothing
health         what /health reports
metrics        a status report in Prometheus' text format
webhook        takes updates that carry the secret token
"""

from __future__ import annotations
