sbatch --parsable noshebang.sh 
