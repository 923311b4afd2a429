squeue --json -j 99999999 
