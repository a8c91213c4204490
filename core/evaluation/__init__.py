"""How good a trained model is: scores with their error bars, curves, and what they mean in words."""
