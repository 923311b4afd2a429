sbatch --parsable --job-name=t.k1 --output=/dev/null --error=/dev/null --chdir=/ --gres=gpu:1   # a two line script on stdin
