"""The rules of the simulated world: pure, every choice a cast of the seeded dice."""
