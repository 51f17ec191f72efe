# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative '../gql/metrics'

module Gateway
  # The metrics of plugins, each with the attribute graphql.plugin.id, and of their host.
  module PluginMetrics
    ID = 'graphql.plugin.id'

    # `own`: metrics of the host. `loaded`: objects with a `library` and an `instance`. `health`: as PluginFolder#health returns it.
    def self.list(own, loaded, health, organizations)
      sums = Gql::Metrics::Sums.new
      sums.add(own)
      loaded.each do |each|
        metrics = each.library.metrics + each.instance.metrics(organizations)
        sums.add(metrics) { |attributes| { ID => each.library.plugin.id, **attributes } }
      end
      sums.add([health_of(health)])
      sums.list
    end

    def self.health_of(plugins)
      values = plugins.to_h { |plugin| [{ ID => plugin[:id] }, Gql::Abi::HEALTH.index(plugin[:status])] }
      Gql::Metrics.make('graphql.plugin.health', 'gauge', '1', 'How a plugin fares: 0 ok, 1 degraded, 2 failed', values)
    end

    private_class_method :health_of
  end
end
