sacct --json=v0.0.42+complex -j 73\,74 
