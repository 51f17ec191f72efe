# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'selection_tree'

module Schema
  # Objects of plugins by ID: all IDs that one step of the execution asks for go into one call for each type. An ID that no
  # plugin has an object for, or none that may be read, has the outcome nil.
  class NodeSource < GraphQL::Dataloader::Source
    Loader = ::Struct.new(:instance, :entry)
    Outcome = ::Struct.new(:object, :error)

    # What differs from call to call of one request.
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
