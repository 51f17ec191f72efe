# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'pool'

module Gql
  # An instance of plugins for each key, such as a tenant, in place of one for all; and what an operator does with the keys.
  class Instances
    # `key` takes a Request and returns the key of its instance. `config` takes a key and returns the settings that are merged
    # over those of the plugin; if it raises, there is no instance, and the log says why. `max_idle`: how many instances without
    # calls are kept. `plugins`: those with an instance for each key, by ID or file name; nil: all.
    def initialize(key:, config:, max_idle: 1000, plugins: nil)
      @options = { key: key, config: config, max_idle: max_idle }
      @plugins = plugins
      @pools = []
    end

    def pooled?(library)
      @plugins.nil? || @plugins.include?(library.plugin.id) || @plugins.include?(File.basename(library.path))
    end

    # Returns the names of plugins with an instance for each key that are none of those given.
    def unknown(names)
      @plugins.to_a - names
    end

    # Returns a new pool, which stands for an Instance. The block: see Pool.
    def open(library, settings, &complete)
      Pool.new(library, settings, **@options, &complete).tap { |pool| @pools << pool }
    end

    # The keys that have an instance, are suspended or failed: hashes of plugin, key, state, calls, waiting, failure.
    def list
      @pools.flat_map { |pool| pool.list.map { |entry| { plugin: pool.plugin.id, **entry } } }
    end

    # What the host library has counted of their calls.
    def host_metrics
      @pools.flat_map(&:host_metrics)
    end

    # Rejects the key's calls until it is resumed. Calls under way are completed, then its instance is destroyed: the state is
    # "suspending" before, "suspended" after.
    def suspend(key)
      change(:gql_pool_suspend_key, key)
    end

    # Ends a suspension; after a failure, the next call tries again.
    def resume(key)
      change(:gql_pool_resume_key, key)
    end

    # Lets go of the key's instance, for example because its configuration has changed. Later calls create a new one.
    def close(key)
      change(:gql_pool_close_key, key)
    end

    private

    def change(function, key)
      Pool.checked_key(key, 'The key')
      @pools.each { |pool| pool.change(function, key) }
      nil
    end
  end
end
