using Bridge.Adapter.Service;

namespace Bridge.Adapter.Control;

/// <summary>The commands of the operator, and the reports to the service manager where there is one.</summary>
internal static class ControlServices
{
    public static IServiceCollection AddControl(this IServiceCollection services, ServiceEnvironment environment)
    {
        services
            .AddSingleton<NewContainerNames>()
            .AddSingleton<WarmReports>()
            .AddSingleton<Neighbours>()
            .AddSingleton<DaemonLosses>()
            .AddSingleton<Status>()
            .AddSingleton<Inspect>()
            .AddSingleton<EventStream>()
            .AddSingleton<Check>()
            .AddSingleton<ReloadOnDemand>()
            .AddSingleton<Settle>()
            .AddSingleton<RepairOnDemand>();
        return environment.NotifySocket is not { } address
            ? services
            : services
                .AddSingleton(environment)
                .AddSingleton<Watchdog>()
                .AddSingleton(provider => new Notifications(address, provider.GetRequiredService<ILogger<Notifications>>()))
                .AddHostedService<ServiceReports>();
    }
}
