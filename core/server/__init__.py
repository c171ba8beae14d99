"""What only a server needs: who may do what, which addresses answer, what its log may say, what is cleared away."""
