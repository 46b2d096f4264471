using System.Diagnostics;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Cnm;

/// <summary>The span of a call from Docker: which network, endpoint and sandbox it is about.</summary>
internal static class CallSpan
{
    /// <summary>What the request names.</summary>
    public static void Describe<T>(this Activity? span, T message)
    {
        if (span is not { IsAllDataRequested: true })
            return;

        _ = message switch
        {
            CreateNetworkRequest { NetworkID: var network } => span.With(Span.NetworkId, network),
            DeleteNetworkRequest { NetworkID: var network } => span.With(Span.NetworkId, network),
            CreateEndpointRequest request => Of(span, request.NetworkID, request.EndpointID),
            JoinRequest request => Of(span, request.NetworkID, request.EndpointID).With(Span.Sandbox, request.SandboxKey),
            EndpointRequest request => Of(span, request.NetworkID, request.EndpointID),
            ProgramExternalConnectivityRequest request => Of(span, request.NetworkID, request.EndpointID),
            RequestAddressRequest { PoolID: var pool } => span.With(Span.Pool, pool),
            ReleaseAddressRequest { PoolID: var pool } => span.With(Span.Pool, pool),
            ReleasePoolRequest { PoolID: var pool } => span.With(Span.Pool, pool),
            _ => span,
        };
    }

    /// <summary>The outcome, and the CNI network, which is known at the end of CreateNetwork too.</summary>
    public static void End(this Activity? span, Journal journal, string outcome)
    {
        if (span is not { IsAllDataRequested: true })
            return;

        span.With(Span.Outcome, outcome);
        if (span.GetTagItem(Span.NetworkId) is string network)
            span.With(Span.CniNetwork, journal.Networks.Find(network)?.CniNetwork);
    }

    private static Activity? Of(Activity span, string network, string endpoint) =>
        span.With(Span.NetworkId, network).With(Span.EndpointId, endpoint);
}
