squeue --json -j 145 
