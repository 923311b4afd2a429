squeue --json=v0.0.40+complex -t all -j 74 
