# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'selection_tree'

module Schema
  # Loads objects of one type from its plugin. All IDs that one step of the execution asks for go into one call. The
  # result is nil for an object that does not exist or may not be read.
  class NodeSource < GraphQL::Dataloader::Source
    Loader = ::Struct.new(:instance, :entry) do
      def to_s
        "`#{entry.type}` of the plugin #{instance.plugin.id}"
      end
    end
    Outcome = ::Struct.new(:object, :error)

    # Loads of one type with the same selection share a batch. The exchange is the same throughout a request.
    def self.batch_key_for(loader, _exchange, tree)
      [loader, tree]
    end

    def initialize(loader, exchange, tree)
      @loader = loader
      @exchange = exchange
      @tree = tree
    end

    def fetch(ids)
      call = @loader.instance.start(@loader.entry, @exchange.request, @exchange.write(ids: ids), tree: @tree)
      objects = @exchange.result(@exchange.wait(call))
      ids.zip(objects).map { |_, object| object.is_a?(GraphQL::ExecutionError) ? Outcome.new(nil, object) : Outcome.new(object) }
    rescue GraphQL::ExecutionError => e
      ids.map { Outcome.new(nil, e) }
    end
  end
end
