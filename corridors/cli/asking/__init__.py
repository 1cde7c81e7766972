"""Commands that find a thing, ask a family, and run a kept result again."""
