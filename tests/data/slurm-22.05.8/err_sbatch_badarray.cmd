sbatch --parsable -a 5-1 --wrap true 
