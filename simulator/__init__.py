"""The simulated world: the upstream ERP with INV_CTRL and GL_CORE, seeded and deterministic."""
