squeue --json -j 87 
