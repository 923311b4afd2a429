sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --ntasks=4   # a two line script on stdin
