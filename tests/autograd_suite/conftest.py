"""Nothing here is a test of ours: `run.py` runs autograd's."""

collect_ignore_glob = ["shim/*", "run.py"]
