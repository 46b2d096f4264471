using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Leftovers;

namespace Bridge.Adapter.Attachments;

/// <summary>The attachments, with the host ports and the search for remains that they use.</summary>
internal static class AttachmentServices
{
    public static IServiceCollection AddAttachments(this IServiceCollection services) => services
        .AddSingleton<CniAttachment>()
        .AddSingleton<PortReservations>()
        .AddSingleton<FirewallListing>()
        .AddSingleton<ForeignPorts>()
        .AddSingleton<ForeignGateways>()
        .AddSingleton<UnaskedPublisher>()
        .AddSingleton<SandboxRuns>()
        .AddSingleton<FirewallDump>()
        .AddSingleton<RuleTraces>()
        .AddSingleton<UnwrittenAddresses>()
        .AddSingleton<HostLeftovers>()
        .AddSingleton<AttachmentLeftovers>()
        .AddSingleton<ChainRemoval>()
        .AddSingleton<Detacher>()
        .AddSingleton<LostAttachments>()
        .AddSingleton<UniqueAddresses>()
        .AddSingleton<Attacher>()
        .AddSingleton<Publisher>()
        .AddSingleton<Arrivals>();
}
