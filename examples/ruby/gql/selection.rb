# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'

module Gql
  # The fields selected below a field, made from a tree of hashes: names with the fields below them. It is
  # constant, so calls may share it.
  class Selection
    CACHE_LIMIT = 256
    LARGEST_CACHED = 100 # Fields.

    @cache = {}
    @mutex = Mutex.new

    def self.count(tree)
      tree.size + tree.each_value.sum { |below| count(below) }
    end

    # Caches the most recently used trees, because clients send the same documents again and again.
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
