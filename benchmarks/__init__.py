"""What `make bench` runs: each part measures one promise of the design, on this machine, in one run."""
