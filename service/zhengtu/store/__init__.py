"""The engine behind one narrow door (`door.Store`): quads in, answers out. Nobody else imports an engine."""
