"""HTTP: health, metrics, and the webhook endpoint. Knows no update and counts nothing.

server         listens, in the bot's event loop
visitors       closes connections that send nothing
health         the record behind `/health`
metrics        the report for Prometheus
webhook        accepts updates that carry the secret token
"""

from __future__ import annotations
