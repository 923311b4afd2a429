sbatch --parsable --wrap true 
