squeue --json 
