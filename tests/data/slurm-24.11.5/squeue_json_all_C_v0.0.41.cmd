squeue --json=v0.0.41 -t all 
