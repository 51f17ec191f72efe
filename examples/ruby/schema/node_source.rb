# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'selection_tree'

module Schema
  # Loads objects of plugins by ID. All IDs that one step of the execution asks for go into one call per type. The
  # result is nil for an object that does not exist or may not be read.
  class NodeSource < GraphQL::Dataloader::Source
    Loader = ::Struct.new(:instance, :entry)
    Outcome = ::Struct.new(:object, :error)

    # Loads with the same selection share a batch. The other arguments are the same throughout a request.
    def self.batch_key_for(_loaders, _exchange, tree)
      tree
    end

    def initialize(loaders, exchange, tree)
      @loaders = loaders
      @exchange = exchange
      @tree = tree
    end

    def fetch(ids)
      found = {}
      @loaders.each do |loader|
        missing = ids.reject { |id| found.key?(id) }
        break if missing.empty?

        missing.zip(load(loader, missing)) { |id, object| found[id] = object if object }
      end
      ids.map { |id| Outcome.new(found[id]) }
    rescue GraphQL::ExecutionError => e
      ids.map { Outcome.new(nil, e) }
    end

    private

    def load(loader, ids)
      call = loader.instance.start(loader.entry, @exchange.request, JSON.generate(ids: ids), tree: @tree)
      @exchange.result(@exchange.wait(call))
    end
  end
end
