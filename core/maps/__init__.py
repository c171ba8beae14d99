"""2-D maps of embeddings: how they are computed, kept and asked for, and what a map keeps of its space.

service: maps on demand. umap_map, umap_quick, umap_graph, tsne_map: the methods, told once in methods. alignment, honest:
maps beside maps, and beside the truth. umap_process: the process that computes; process: that process as a server sees it.
"""
