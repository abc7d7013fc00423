"""The change under audit: two trees and the files in which they differ."""
