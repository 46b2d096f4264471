using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.State;

internal static class StateServices
{
    public static IServiceCollection AddState(this IServiceCollection services, AdapterSettings settings) => services
        .AddSingleton(provider => new Journal(
            settings.StateDirectory, settings.PresentRecords, provider.GetRequiredService<ILogger<Journal>>().RecordNotWritten))
        .AddSingleton<StateProbe>()
        .AddSingleton<AttachmentGates>()
        .AddSingleton<RepairSignal>()
        .AddSingleton<JournalMetrics>();
}
