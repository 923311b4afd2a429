squeue --json=v0.0.40 -t all 
