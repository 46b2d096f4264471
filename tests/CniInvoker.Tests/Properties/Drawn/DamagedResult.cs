namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>Perhaps a result, perhaps none.</summary>
public sealed record DamagedResult(Json Json);
