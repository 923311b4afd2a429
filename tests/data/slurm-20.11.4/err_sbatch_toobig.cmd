sbatch --parsable -n 1000 --wrap true 
