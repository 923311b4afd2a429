squeue --json -t all 
