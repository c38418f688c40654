# Checks of the tree itself rather than of what it does.
