"""Git's objects, trees and history: the only room that runs git."""
