sbatch --bogus --wrap true 
