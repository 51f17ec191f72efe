# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'

module Gql
  # What is selected below a field. Made of a tree of hashes, from names to what is below them; constant, and may be shared.
  class Selection
    CACHE_LIMIT = 256
    LARGEST_CACHED = 100 # Fields.

    @cache = {}
    @mutex = Mutex.new

    def self.count(tree)
      tree.size + tree.each_value.sum { |below| count(below) }
    end

    # Clients send the same documents again and again: the latest trees are kept.
    def self.of(tree)
      return new('', tree) if count(tree) > LARGEST_CACHED

      @mutex.synchronize do
        selection = @cache.delete(tree) || new('', tree)
        @cache.shift if @cache.size >= CACHE_LIMIT
        @cache[tree] = selection
      end
    end

    private_class_method :count

    attr_reader :struct

    def initialize(name, tree)
      @struct = Abi::Selection.make(name: Abi.bytes(name), name_size: name.bytesize)
      @children = tree.map { |child, below| Selection.new(child, below) }
      @struct[:children] = @children.first&.pointer
      @children.each_cons(2) { |child, beside| child.struct[:next] = beside.pointer }
    end

    def pointer
      @struct.pointer
    end
  end
end
