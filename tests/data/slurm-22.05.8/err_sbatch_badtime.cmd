sbatch -t abc --wrap true 
