sbatch --parsable --mem=999G --wrap true 
