sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --mem=9999G   # a two line script on stdin
