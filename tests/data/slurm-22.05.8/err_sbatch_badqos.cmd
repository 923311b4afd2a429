sbatch --parsable -q nope --wrap true 
