using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Access;

/// <summary>The keys that sign sessions, in the state store. The framework asks for them by calls that do not wait, rarely.</summary>
internal sealed class StoredKeyRing(IStateStore store) : IXmlRepository
{
    private const string Table = "dashboard-keys";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var patience = new CancellationTokenSource(Patience);
        return Task.Run(() => ReadAsync(patience.Token)).GetAwaiter().GetResult();
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var patience = new CancellationTokenSource(Patience);
        var record = new StoredKey(element.ToString(SaveOptions.DisableFormatting));
        Task.Run(() => store.UpdateAsync<StoredKey>(new StateKey(Table, Guid.NewGuid().ToString("N")), _ => Change.Put(record), patience.Token))
            .GetAwaiter().GetResult();
    }

    private async Task<IReadOnlyCollection<XElement>> ReadAsync(CancellationToken ct)
    {
        var elements = new List<XElement>();
        await foreach (var entry in store.ScanAllAsync(Table, ct: ct))
        {
            elements.Add(XElement.Parse(StateJson.Read<StoredKey>(new StateKey(Table, entry.Id), entry.Record).Xml));
        }

        return elements;
    }

    private sealed record StoredKey(string Xml);
}
