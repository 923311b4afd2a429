sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --partition=tiny --nodes=2   # a two line script on stdin
