using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.History;

internal static class HistoryServices
{
    public static IServiceCollection AddHistory(this IServiceCollection services) => services
        .AddSingleton<HistoryLog>()
        .AddSingleton<JournalHistory>();

    /// <summary>Observes the journal from now on.</summary>
    public static HistoryLog BeginHistory(this IServiceProvider services)
    {
        var history = services.GetRequiredService<HistoryLog>();
        services.GetRequiredService<AdapterMetrics>().Meter.CreateObservableCounter("cnm_cni_history_events_lost_total", () => history.Lost,
            description: "Events that are missing in the history: they could not be written, or came faster than they could be.");
        services.GetRequiredService<JournalHistory>().Observe(services.GetRequiredService<Journal>());
        history.Add(HistoryEventKind.DaemonStarted, (made, _) => made with { Text = $"cnm-cni {ProgramVersion.Number}" });
        return history;
    }
}
