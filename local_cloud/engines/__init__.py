"""What runs behind the APIs: replicator, nameserver, prober, edge and sandbox."""
