sacct --json=v0.0.41 
