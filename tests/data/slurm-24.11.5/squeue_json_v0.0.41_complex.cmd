squeue --json=v0.0.41+complex -t all -j 74 
