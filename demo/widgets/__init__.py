"""Our own components: live canvas, plot, timeline and point cloud, each a .py with its .js and .css beside it."""
